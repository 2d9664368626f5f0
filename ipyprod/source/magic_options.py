"""The options of magics, read as IPython reads them."""

import getopt
import shlex
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Options by name without dashes; `rest` is the text after them, `words` the same, split."""

    values: dict[str, str] = field(default_factory=dict)
    rest: str = ""
    words: tuple[str, ...] = ()


class OptionsError(ValueError):
    """Options that IPython would not have accepted either."""


def split_words(line: str, *, posix: bool = False, is_strict: bool = True) -> list[str]:
    """Split as `IPython.utils.process.arg_split` does: quotes stay unless `posix`."""
    lexer = shlex.shlex(line, posix=posix)
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    while True:
        try:
            word = next(lexer, None)
        except ValueError as error:
            if is_strict:
                raise OptionsError(str(error)) from error
            return [*words, lexer.token]
        if word is None:
            return words
        words.append(word)


def read_options(
    line: str,
    short: str,
    long: tuple[str, ...] = (),
    *,
    posix: bool = True,
    keeps_rest: bool = False,
) -> Options:
    """Read options as `Magics.parse_options` does; `keeps_rest` leaves the spacing of the rest.

    Raises:
        OptionsError: an option that the magic does not have, or an open quote in posix mode.
    """
    words = split_words(line, posix=posix, is_strict=posix)
    try:
        found, remaining = getopt.getopt(words, short, list(long))
    except getopt.GetoptError as error:
        raise OptionsError(str(error)) from error
    rest = line
    for name, value in found:
        rest = rest.replace(name, "", 1).replace(value, "", 1)
    return Options(
        values={name.lstrip("-"): value for name, value in found},
        rest=rest.strip() if keeps_rest else " ".join(remaining),
        words=tuple(remaining),
    )


def unquoted(word: str) -> str:
    """Take the quotes off a word that is quoted as a whole."""
    is_quoted = len(word) > 1 and word[0] == word[-1] and word[0] in "\"'"
    return word[1:-1] if is_quoted else word
