"""What each consent means, and which may be decided anew."""

from accounts.models import ConsentDocument

# Terms hold while there is a cabinet; these may be decided anew on any day (domain.md 6).
OPTIONAL_CONSENTS = (ConsentDocument.Kind.ADVERTISING, ConsentDocument.Kind.PERSONAL_DATA)
MEANINGS = {
    ConsentDocument.Kind.TERMS: "Правила, по которым работает кабинет. Действуют, пока кабинет есть у вас.",
    ConsentDocument.Kind.ADVERTISING: "Поставщик может присылать предложения и новости по СМС и почте. "
    "На показания, счета и ответы по обращениям это не влияет.",
    ConsentDocument.Kind.PERSONAL_DATA: "Поставщик обрабатывает ваши данные, чтобы вести кабинет и расчёты.",
}
