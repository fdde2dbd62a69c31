"""The shape of a new number."""

from accounts.forms import AskingForm, PhoneField


class NewPhoneForm(AskingForm):
    phone = PhoneField(label="Новый номер")
