"""What can be foreseen to go wrong at the door. Each text is fit for the resident and says what to do next."""

from datetime import datetime, timedelta
from math import ceil

from django.utils import timezone


class AccountsError(Exception):
    """Something that can be foreseen; the message is fit for the resident."""


class TooManyMessages(AccountsError):
    """No SMS may leave before `until`."""

    def __init__(self, until: datetime, at: datetime) -> None:
        super().__init__(f"СМС отправляем не чаще, чем нужно. Новый код можно запросить {say_when(until, at)}.")
        self.until = until


class TooManyAttempts(AccountsError):
    """No password is looked at before `until`."""

    def __init__(self, until: datetime, at: datetime) -> None:
        super().__init__(
            f"Слишком много попыток подряд. Войти можно {say_when(until, at)}, а задать новый пароль по СМС — сейчас."
        )
        self.until = until


class TooManyGuesses(AccountsError):
    """Codes of this phone are not looked at before `until`."""

    def __init__(self, until: datetime, at: datetime) -> None:
        super().__init__(f"Слишком много неверных кодов. Ввести код снова можно {say_when(until, at)}.")
        self.until = until


class WrongCode(AccountsError):
    def __init__(self) -> None:
        super().__init__("Код не подошёл. Проверьте цифры в последней СМС.")


class ChallengeClosed(AccountsError):
    def __init__(self) -> None:
        super().__init__("Этот код больше не действует. Запросите новый — он придёт в СМС.")


class ChecksUsedUp(ChallengeClosed):
    """Sending the code again would not help: its guesses stay counted."""

    def __init__(self) -> None:
        AccountsError.__init__(
            self, "Этот код больше не действует: пять попыток закончились. Укажите телефон ещё раз — пришлём новый код."
        )


class WrongCredentials(AccountsError):
    def __init__(self) -> None:
        super().__init__(
            "Телефон или пароль не подходит. Проверьте раскладку и Caps Lock или задайте новый пароль по СМС."
        )


def say_when(until: datetime, at: datetime) -> str:
    """«через 45 с», «через 12 мин», «сегодня в 15:40», «завтра в 9:05» — never earlier than it is."""
    seconds = ceil((until - at).total_seconds())
    if seconds <= 90:
        return f"через {max(seconds, 1)} с"
    if seconds <= 60 * 60:
        return f"через {ceil(seconds / 60)} мин"
    here, now = timezone.localtime(until), timezone.localtime(at)
    if here.second or here.microsecond:
        here = timezone.localtime(until + timedelta(minutes=1))
    clock = f"{here.hour}:{here.minute:02d}"
    days = (here.date() - now.date()).days
    return f"{('сегодня', 'завтра')[days]} в {clock}" if days < 2 else f"{here:%d.%m.%Y} в {clock}"
