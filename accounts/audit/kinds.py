"""The kinds of events that are recorded (ASVS 5.0, 16.3.1 to 16.3.4). A kind is added here and nowhere else.

Each is recorded by an act in `tests/audit/test_every_kind.py` (security.md P8).
"""

from django.db.models import TextChoices


class Result(TextChoices):
    OK = "ok", "сделано"
    FAILED = "failed", "не подошло"
    LIMITED = "limited", "остановлено ограничением"
    DENIED = "denied", "нет права"


# What the figures of an event are called where staff read them; a name that is not here is shown as it is.
FIGURES = {
    "account": "лицевой счёт, строка",
    "by": "кем, строка",
    "confirmed": "подтверждено",
    "given": "дано",
    "is_open": "код действовал",
    "is_whole": "все отделения",
    "method": "способ",
    "page": "страница",
    "proof": "чем доказано",
    "purpose": "для чего",
    "reason": "причина",
    "report": "обращение, строка",
    "role": "роль",
    "row": "строка",
    "rows": "строк",
    "run": "загрузка, строка",
    "sent": "отправлено",
    "sessions": "сеансов",
    "status": "ответ",
    "submission": "передача, строка",
    "supplier": "поставщик",
    "text": "текст",
    "views": "просмотров за час",
    "what": "что",
}


class Kind(TextChoices):
    """Written as noun.what_happened; the words are what people read."""

    # At the door.
    SIGN_IN = "sign_in", "Вход"
    SIGN_OUT = "sign_out", "Выход"
    REGISTERED = "registration.done", "Регистрация"
    CODE_SENT = "code.sent", "Запрошен код по СМС"
    CODE_CHECKED = "code.checked", "Введён код из СМС"
    FACTOR_SET = "factor.set", "Настроено приложение с кодами"
    FACTOR_ENDED = "factor.ended", "Выключено приложение с кодами"
    SPARE_CODES_RENEWED = "factor.spare_codes", "Новые запасные коды"
    DEVICE_ENDED = "device.ended", "Забыто знакомое устройство"
    PASSKEY_ADDED = "passkey.added", "Добавлен ключ входа"
    PASSKEY_ENDED = "passkey.ended", "Удалён ключ входа"
    PASSKEY_USED = "passkey.used", "Предъявлен ключ входа"
    FACTOR_CHECKED = "factor.checked", "Введён код из приложения"
    PASSWORD_RESET = "password.reset", "Новый пароль по СМС"
    PAST_HIDDEN = "past.hidden", "Прежние данные скрыты"
    PAST_OPENED = "past.opened", "Прежние данные открыты"
    PASSWORD_CHANGED = "password.changed", "Пароль изменён"
    STEP_UP = "step_up", "Пароль введён ещё раз"
    SESSIONS_ENDED = "sessions.ended", "Сеансы завершены"
    SESSION_EXPIRED = "session.expired", "Сеанс закончился"

    # What a resident changes about himself.
    EMAIL_CHANGE_ASKED = "email.asked", "Запрошена смена почты"
    EMAIL_CHANGED = "email.changed", "Почта изменена"
    PHONE_CHANGE_ASKED = "phone.asked", "Запрошена смена телефона"
    PHONE_CHANGED = "phone.changed", "Телефон изменён"
    PHONE_RETURNED = "phone.returned", "Прежний телефон возвращён сотрудником"
    CONSENT_DECIDED = "consent.decided", "Решение о согласии"
    DATA_EXPORT_ASKED = "data.export_asked", "Запрошена копия данных"
    DATA_EXPORT_TAKEN = "data.export_taken", "Скачана копия данных"
    DELETION_ASKED = "cabinet.deletion_asked", "Запрошено удаление кабинета"
    DELETION_WITHDRAWN = "cabinet.deletion_withdrawn", "Удаление кабинета отменено"
    CABINET_ERASED = "cabinet.erased", "Кабинет удалён"

    # Rights to personal accounts.
    LINK = "link.made", "Привязан лицевой счёт"
    LINK_WAITS = "link.waits", "Привязка ждёт платежа"
    LINK_ENDED = "link.ended", "Лицевой счёт отвязан"
    HOLDER_ENDED = "link.holder_ended", "Отключён другой пользователь счёта"
    DELIVERY_CHANGED = "delivery.changed", "Изменён способ получения счёта"
    DELIVERY_WITHDRAWN = "delivery.withdrawn", "Отменён новый способ получения счёта"

    # Staff.
    STAFF_SIGN_IN = "staff.sign_in", "Вход сотрудника"
    STAFF_FACTOR_SET = "staff.factor_set", "Второй шаг входа сотрудника"
    FACTOR_REMOVAL_ASKED = "staff.factor_removal_asked", "Сотрудник просит снять приложение с кодами"
    STAFF_ROLE = "staff.role", "Роль сотрудника"
    STAFF_SCOPE = "staff.scope", "Участок сотрудника"
    STAFF_REASON = "staff.reason", "Сотрудник назвал причину"
    STAFF_VIEW = "staff.view", "Сотрудник смотрел данные"
    PHONE_REVEALED = "staff.phone_revealed", "Сотрудник увидел телефон целиком"
    STAFF_EXPORT = "staff.export", "Сотрудник скачал данные"
    STAFF_DECISION = "staff.decision", "Решение сотрудника"
    PHONE_RELEASED = "staff.phone_released", "Сняты ограничения с телефона"

    # Attempts to get round, and alarms.
    DENIED = "access.denied", "Нет права"
    FORGED = "request.forged", "Поддельный запрос"
    ALARM = "alarm", "Тревога"
