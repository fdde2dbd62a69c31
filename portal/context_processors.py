"""What the frame around every page needs."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts.recovery import queries as recovery
from meters.offline import make_owner_mark
from notifications import queries as notifications

# label, URL name, icon, the beginnings of paths on which it is lit
PAGES = (
    ("Показания", "meters:reading_form", "drum", ("/readings/",)),
    ("История", "meters:history", "chart", ("/history/", "/meters/", "/bills/", "/payments/", "/calendar/")),
    ("Оплата", "billing:payment_overview", "card", ("/payment/",)),
    ("Услуги", "support:report_list", "doc", ("/reports/",)),
    ("Ещё", "more", "more", ("/more/", "/help/", "/tariffs/", "/branches/", "/documents/")),
)
TABBAR = ("Показания", "Оплата", "История", "Ещё")


def frame(request: HttpRequest) -> dict[str, object]:
    """Navigation, the bell's count and the menus. The count is asked for only by a page that shows it."""
    context: dict[str, object] = {
        "portal_name": "Личный кабинет",
        "home_url": reverse("home"),
        "demo": settings.DEMO,
    }
    footer = [("Помощь", "help"), ("Политика обработки персональных данных", "privacy")]
    context["footer_links"] = [
        {
            "label": label,
            "url": reverse("accounts:document_detail", args=[name]) if name == "privacy" else reverse(name),
        }
        for label, name in footer
    ]
    if settings.DEMO:
        context["footer_links"] += [{"label": "Сообщения демонстрации", "url": reverse("demo_messages")}]  # type: ignore[operator]
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return context
    items = {
        label: {
            "label": label,
            "url": reverse(name),
            "icon": icon,
            "current": request.path.startswith(starts),
        }
        for label, name, icon, starts in PAGES
    }
    home = {"label": "Главная", "url": reverse("home"), "icon": "home", "current": request.path == "/"}
    profile = [
        {"label": "Абоненты и группы", "url": reverse("billing:account_list"), "icon": "group"},
        {"label": "Мои обращения", "url": reverse("support:report_list"), "icon": "doc"},
        {"label": "Мои данные", "url": reverse("privacy:my_data"), "icon": "user"},
        {"label": "Вход и безопасность", "url": reverse("second_factors:overview"), "icon": "shield"},
    ]
    if user.is_staff:
        profile.append({"label": "Рабочее место", "url": reverse("admin:index"), "icon": "settings"})
    return context | {
        "navigation": list(items.values()),
        "tabbar": [home, *(items[label] for label in TABBAR)],
        "profile_menu": profile,
        "notifications_url": reverse("notifications:notification_list"),
        "owner_mark": make_owner_mark(user),
        "sign_out_url": reverse("accounts:sign_out"),
        "branches_url": reverse("billing:branch_list"),
        "hidden_past": SimpleLazyObject(lambda: recovery.is_asked_to_prove(user)),
        "unread_count": SimpleLazyObject(lambda: notifications.count_unread(user)),
    }
