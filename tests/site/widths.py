"""What the tests of the built site share: how wide a page is, and when its script has measured it."""

# How wide a page needs to be. A section cuts what is wider than it, so each is asked too.
NEEDED = """
() => {
  const sections = [...document.querySelectorAll("article > section > section")];
  const cut = Math.max(0, ...sections.map((section) => section.scrollWidth - section.clientWidth));
  return document.documentElement.scrollWidth + cut;
}
"""


def measured(page) -> None:
    """Wait until all that scrolls is measured: with the first key, and again when the size changes."""
    page.keyboard.press("Shift")
    frame = "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
    for _ in range(3):  # a change of size is heard in one frame and measured in the next
        page.evaluate(f"{frame}.then(() => true)")
    page.wait_for_selector("html[data-measured]", state="attached")
