"""Rows of billing: who supplies, whose account it is, what was billed and paid."""

from billing.models.bills import Bill, BillLine, Payment, Tariff
from billing.models.guesses import LinkGuess
from billing.models.links import AccountGroup, BillDelivery, Link, LinkRequest
from billing.models.news import BillNews
from billing.models.staff import Resident, StaffScope
from billing.models.suppliers import Branch, PersonalAccount, Service, Supplier

__all__ = [
    "AccountGroup",
    "Bill",
    "BillDelivery",
    "BillLine",
    "BillNews",
    "Branch",
    "Link",
    "LinkGuess",
    "LinkRequest",
    "Payment",
    "PersonalAccount",
    "Resident",
    "Service",
    "StaffScope",
    "Supplier",
    "Tariff",
]
