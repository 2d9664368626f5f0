"""Comments of a cell: those that belong to a statement stay with it."""

import ast

from ipyprod.source.code_text import CodeText, comments_between, start_of, trailing_comment


def statement_source(code: CodeText, body: list[ast.stmt], index: int) -> str:
    """Give a statement's text with the comment that ends its line or block."""
    start, end = code.span(body[index])
    end_of_block = len(code.text)
    if index + 1 < len(body):
        end_of_block = code.span(body[index + 1])[0]
    text = code.text[start:end]
    comment_end = trailing_comment(code.text, end)
    if end < comment_end <= end_of_block:
        gap = code.text[end:comment_end]
        text += f"  {gap.lstrip(' ;')}" if gap.lstrip().startswith(";") else gap
        end = comment_end
    return text + comments_in_block(code, body[index], end, end_of_block)


def comments_above(code: CodeText, body: list[ast.stmt], index: int) -> str:
    """Give the comment lines between a statement and the one before it."""
    first_line = start_of(body[index])[0] - 1
    above = 0
    if index:
        end = code.span(body[index - 1])[1]
        in_block = comments_in_block(code, body[index - 1], end, code.span(body[index])[0])
        above = (body[index - 1].end_lineno or 0) + in_block.count("\n")
    return comments_between(code.lines[above:first_line])


def begins_paragraph(code: CodeText, body: list[ast.stmt], index: int) -> bool:
    """Tell whether an empty line parts a statement, its comments included, from the one before."""
    if not index:
        return False
    above = body[index - 1].end_lineno or 0
    return any(not line.strip() for line in code.lines[above : start_of(body[index])[0] - 1])


def comments_in_block(code: CodeText, node: ast.stmt, end: int, limit: int) -> str:
    """Give the indented comment lines that follow a compound statement."""
    if not hasattr(node, "body"):
        return ""
    kept: list[str] = []
    for line in code.text[code.line_end(end) : limit].split("\n")[1:]:
        if not line.startswith((" ", "\t")) or not line.lstrip().startswith("#"):
            break
        kept.append(line.rstrip())
    return "".join(f"\n{line}" for line in kept)
