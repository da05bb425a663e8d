"""How the book is found and shared: in a search, in a message, from a wrong address, in a bibliography.

- `head`: what the head of a page says of it to others, and the canonical address;
- `pictures`: the picture of each chapter that a message shows beside a link to it;
- `crawlers`: the list of all pages, for search engines, and the page at the site's root;
- `missing`: the page that is shown at an address where no page is;
- `cite`: how to cite the book, from its edition.

All of them have the address of the site from `html_baseurl`: by default that is the one which GitHub Pages
gives to the repository; a line `baseurl` under `html` in `_config.yml` names another.
"""

from bookkit.addresses import addresses

PARTS = ["head", "pictures", "crawlers", "missing", "cite"]


def know_the_site(app, config) -> None:
    """Settle where the site is published."""
    config.html_baseurl = (config.html_baseurl or addresses().site).rstrip("/") + "/"


def setup(app) -> dict[str, bool]:
    """Register all of them with Sphinx."""
    app.connect("config-inited", know_the_site)
    for part in PARTS:
        app.setup_extension(f"bookkit.sharing.{part}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
