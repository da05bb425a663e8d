"""Sphinx extension: the scripts and the font of the formulas, on the pages that have formulas."""

FONT = "_static/fonts/stix-two-math.woff2"
# A page that is opened as a file may not preload a font; a browser would complain of it in the console.
PRELOAD = """<script>
if (location.protocol !== "file:") {{
  const font = {{ rel: "preload", href: "{}", as: "font", type: "font/woff2", crossOrigin: "anonymous" }};
  document.head.append(Object.assign(document.createElement("link"), font));
}}
</script>
"""


def add(app, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Load them early, if the page has a formula."""
    if app.builder.name != "epub" and 'class="math' in context.get("body", ""):
        app.add_js_file("formulas.js", loading_method="defer")
        if "cell_input" in context["body"]:
            app.add_js_file("letters.js", loading_method="defer")
        context["metatags"] = context.get("metatags", "") + PRELOAD.format(
            context["pathto"](FONT, resource=True)
        )


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("html-page-context", add)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
