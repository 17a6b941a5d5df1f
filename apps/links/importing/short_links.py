"""Short links as other products write them: `https://sho.rt/code`, `sho.rt/code`, or a bare code."""

from ada_url import URL


def cut(text: str) -> tuple[str, str]:
    """Host (with its port) and code of `text`; "" for the host of a bare code, and all that follows it for the code."""
    trimmed = text.strip()
    if "/" not in trimmed:
        return "", trimmed
    try:
        url = URL(trimmed if "://" in trimmed else f"https://{trimmed}")
    except ValueError:
        return "", trimmed
    rest = trimmed.partition("://")[2] or trimmed
    return url.host, rest.partition("/")[2].strip("/")
