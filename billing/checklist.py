"""What is worth doing after a personal account is linked (domain.md 1.3), with what is done already."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from billing.models import Link


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to do. `mark` names the check the resident's own «Всё сходится» settles, when a button can."""

    code: str
    title: str
    text: str
    done: bool
    url: str
    action: str
    mark: str = ""
    mark_label: str = ""


@dataclass(frozen=True)
class Checklist:
    steps: tuple[Step, ...]

    @property
    def total(self) -> int:
        return len(self.steps)

    @property
    def done(self) -> int:
        return sum(step.done for step in self.steps)

    @property
    def is_complete(self) -> bool:
        return self.done == self.total

    @property
    def next_step(self) -> Step | None:
        return next((step for step in self.steps if not step.done), None)


def _report_url(link: Link, reason: str) -> str:
    return f"{reverse('support:report_create')}?{urlencode({'account': link.pk, 'reason': reason})}"


def build_checklist(link: Link, *, takes_readings: bool) -> Checklist:
    """The steps of a link that has its newest choice of delivery (`Link.objects.with_newest`).

    `takes_readings`: the supplier has sent a meter and its scales.
    """
    delivery = link.delivery
    history = Step(
        code="history",
        title="Сверьте показания с последним счётом",
        text="В «Истории» показания стоят рядом с теми, что в счёте: сразу видно, равны ли они.",
        done=link.history_checked_at is not None,
        url=reverse("meters:history"),
        action="Открыть историю",
        mark="history",
        mark_label="Сверено",
    )
    bills = Step(
        code="delivery",
        title="Выберите способ получения счёта",
        text=delivery.get_method_display() if delivery else "На e-mail, на бумаге или и так, и так.",
        done=delivery is not None,
        url=reverse("billing:delivery_edit", args=[link.pk]),
        action="Выбрать",
    )
    meter = Step(
        code="meter",
        title="Проверьте сведения о счётчике",
        text=(
            "Номер и модель в кабинете должны быть те же, что на корпусе."
            if takes_readings
            else "Поставщик их ещё не передал. Как передаст, сверьте номер с корпусом."
        ),
        done=link.meter_checked_at is not None,
        url=reverse("meters:reading_form"),
        action="Посмотреть сведения",
        mark="meter" if takes_readings else "",
        mark_label="Всё верно",
    )
    readings = Step(
        code="readings",
        title="Убедитесь, что показания принимаются",
        text=(
            "Поставщик передал сведения о счётчике, показания можно вписывать."
            if takes_readings
            else "Отсутствуют сведения о приборе учёта: сообщите поставщику, письмо уже наполовину готово."
        ),
        done=takes_readings,
        url=reverse("meters:reading_form") if takes_readings else _report_url(link, "no_meter_info"),
        action="Сообщить поставщику",
    )
    if link.is_reduced:
        return Checklist((_confirm_by_payment(link), meter, readings))
    return Checklist((history, bills, meter, readings))


def _confirm_by_payment(link: Link) -> Step:
    return Step(
        code="payment",
        title="Подтвердите лицевой счёт платежом",
        text="Показания передавать уже можно. Счета, платежи и адрес откроются, когда назовёте последний платёж.",
        done=False,
        url=reverse("billing:link_confirm", args=[link.pk]),
        action="Подтвердить платежом",
    )
