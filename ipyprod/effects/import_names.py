"""Which distribution usually offers a module that is not installed."""


def usual_distribution(module: str) -> str:
    """Name the distribution that pipreqs' offline table gives for a top-level module, or ""."""
    from pipreqs import pipreqs  # noqa: PLC0415 - costs 0.24 s, and is seldom needed

    names: list[str] = pipreqs.get_pkg_names([module])
    # a module that the table does not know comes back as it is
    return names[0] if names and names[0] != module else ""
