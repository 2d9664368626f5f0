"""The one family of errors that users see."""


class IpyprodError(Exception):
    """Something that a user can put right.

    `problem` is one sentence that names the thing and its place; `hint` is the next action,
    as text to paste where that is possible. Neither ends with a line break.
    """

    def __init__(self, problem: str, *, hint: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint

    def __str__(self) -> str:
        """Give the problem and, where there is one, the hint on the same line."""
        return f"{self.problem}; {self.hint}" if self.hint else self.problem


class SelectionError(IpyprodError):
    """A range, a name or an option that picks nothing."""


class SourceError(IpyprodError):
    """Code of the session that cannot become code of a module."""


class ModuleFileError(IpyprodError):
    """A file that cannot be read, edited or written; it is as it was before.

    `detail` is a diff that shows what stands against what, "" where there is none.
    """

    def __init__(self, problem: str, *, hint: str = "", detail: str = "") -> None:
        super().__init__(problem, hint=hint)
        self.detail = detail


class InternalError(IpyprodError):
    """A fault of ipyprod itself; its cause is the exception."""


class EnvironmentFileError(IpyprodError):
    """A frozen environment that cannot be made, or that has drifted."""
