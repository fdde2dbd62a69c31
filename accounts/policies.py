"""How the limits stand today, for staff to look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from accounts import limits
from accounts.models import LimitedAct

LISTED: Sequence[tuple[limits.Policy, str]] = (
    (limits.SMS_PER_PHONE[0], "СМС на один телефон: пауза 1, 2, 5, 10 минут"),
    (limits.SMS_PER_PHONE[1], "СМС на один телефон за 15 минут"),
    (limits.SMS_PER_PHONE[2], "СМС на один телефон за час"),
    (limits.SMS_PER_PHONE[3], "СМС на один телефон за сутки"),
    (limits.SMS_PER_ADDRESS[0], "СМС с одного сетевого адреса за час"),
    (limits.SMS_PER_ADDRESS[1], "СМС с одного сетевого адреса за сутки"),
    (limits.SMS_PER_SESSION, "СМС из одного браузера за час"),
    (limits.SMS_PER_BLOCK, "СМС на тысячу соседних номеров за час"),
    (limits.SMS_SOFT, "СМС на все телефоны за час, дальше с вопросом"),
    (limits.SMS_OVERALL[0], "СМС на все телефоны за час"),
    (limits.SMS_OVERALL[1], "СМС на все телефоны за сутки"),
    (limits.CODE_FAILURES[0], "Неверные коды с одного телефона за сутки"),
    (limits.CODE_FAILURES[1], "Неверные коды с одного телефона подряд"),
    (limits.APPLICATION_FAILURES, "Неверные коды из приложения за сутки"),
    (limits.SIGN_IN_PER_PHONE[0], "Неверные пароли: после пяти за 15 минут пауза от 30 секунд до часа"),
    (limits.SIGN_IN_PER_PHONE[1], "Неверные пароли к одному телефону за сутки"),
    (limits.SIGN_IN_PER_ADDRESS, "Неверные пароли с одного сетевого адреса за сутки"),
)


@dataclass(frozen=True)
class PolicyState:
    """One policy: what it admits, what it counted in the last day, and how many stand at its end now."""

    title: str
    admits: int | None
    counted: int
    stopped: int | None


def get_policy_states(*, at: datetime) -> list[PolicyState]:
    recent = LimitedAct.objects.filter(happened_at__gt=at - limits.DAY)
    counted = dict(recent.values("kind").annotate(acts=Count("pk")).values_list("kind", "acts"))
    return [
        PolicyState(
            title=title,
            admits=policy.count if isinstance(policy, limits.Limit) else None,
            counted=counted.get(policy.kind, 0),
            stopped=_count_stopped(policy, at) if isinstance(policy, limits.Limit) else None,
        )
        for policy, title in LISTED
    ]


def _count_stopped(limit: limits.Limit, at: datetime) -> int:
    acts = LimitedAct.objects.filter(kind=limit.kind, happened_at__gt=at - limit.window)
    return acts.values("subject").annotate(acts=Count("pk")).filter(acts__gte=limit.count).count()
