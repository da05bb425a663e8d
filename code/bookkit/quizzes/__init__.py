"""Self-check questions in the page: `source` says how one is written, `directive` shows it."""

from bookkit.quizzes.directive import Quiz, ShowQuestions, quiz_question, warn_of_page


def setup(app) -> dict[str, bool]:
    """Register the directive, its checks and its script."""
    app.add_node(quiz_question)
    app.add_directive("quiz", Quiz)
    app.connect("doctree-read", warn_of_page)
    app.add_post_transform(ShowQuestions)
    app.add_js_file("quiz.js", loading_method="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
