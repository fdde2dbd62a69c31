"""What a browser says of itself, in words a person recognises."""

UNKNOWN = "Неизвестное устройство"
# The first that is found wins: most browsers also name those they descend from.
BROWSERS = (
    ("YaBrowser/", "Яндекс Браузер"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("MiuiBrowser/", "Mi Browser"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def name_device(user_agent: str) -> str:
    """«Chrome, Android»; what is not recognised is left out."""
    found = [next((name for mark, name in marks if mark in user_agent), None) for marks in (BROWSERS, SYSTEMS)]
    return ", ".join(name for name in found if name) or UNKNOWN
