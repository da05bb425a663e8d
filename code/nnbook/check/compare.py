"""What the checkers of the chapters use, in one place; each name is explained in the module it comes from.

Everything here raises `Wrong` with a sentence for the reader.
"""

from nnbook.check.calling import call, require_function, require_result, tried_with, trying
from nnbook.check.chance import likely, together
from nnbook.check.comparing import compare, compare_parts, parts
from nnbook.check.copying import not_shared, own_copies, same_state
from nnbook.check.forbidding import without, without_autograd
from nnbook.check.measuring import (
    as_counts,
    as_shares,
    between,
    distinct,
    fulfilled,
    in_order,
    match,
    near,
    ratio,
    read_dict,
    read_named,
    recognise,
    recomputed,
    require,
)
from nnbook.check.reading import as_tensor, describe, first_line, numbers
from nnbook.check.trying import Case, try_on, try_on_all

__all__ = [
    "Case",
    "as_counts",
    "as_shares",
    "as_tensor",
    "between",
    "call",
    "compare",
    "compare_parts",
    "describe",
    "distinct",
    "first_line",
    "fulfilled",
    "in_order",
    "likely",
    "match",
    "near",
    "not_shared",
    "numbers",
    "own_copies",
    "parts",
    "ratio",
    "read_dict",
    "read_named",
    "recognise",
    "recomputed",
    "require",
    "require_function",
    "require_result",
    "same_state",
    "together",
    "tried_with",
    "try_on",
    "try_on_all",
    "trying",
    "without",
    "without_autograd",
]
