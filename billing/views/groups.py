"""A resident's groups: made, renamed, deleted."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.residents import resident_of
from billing import operations, queries
from billing.forms import GroupForm
from billing.models import AccountGroup


@require_http_methods(["GET", "HEAD", "POST"])
def group_create(request: HttpRequest) -> HttpResponse:
    form = GroupForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            group = operations.create_account_group(
                user=resident_of(request), name=form.cleaned_data["name"], at=timezone.now()
            )
        except operations.GroupNameTaken as taken:
            form.add_error("name", str(taken))
        else:
            messages.success(request, f"Группа «{group.name}» готова. Перенесите в неё лицевые счета.")
            return redirect("billing:account_list")
    return render(request, "billing/group_form.html", {"form": form, "title": "Новая группа"})


@require_http_methods(["GET", "HEAD", "POST"])
def group_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = resident_of(request)
    try:
        group = queries.get_group(user, pk)
    except AccountGroup.DoesNotExist as error:
        raise Http404 from error
    form = GroupForm(request.POST if request.method == "POST" else None, initial={"name": group.name})
    if form.is_valid():
        try:
            group = operations.rename_account_group(user=user, group_id=pk, name=form.cleaned_data["name"])
        except operations.GroupNameTaken as taken:
            form.add_error("name", str(taken))
        else:
            messages.success(request, f"Теперь группа называется «{group.name}».")
            return redirect("billing:account_list")
    return render(request, "billing/group_form.html", {"form": form, "title": "Название группы"})


@require_http_methods(["GET", "HEAD", "POST"])
def group_delete(request: HttpRequest, pk: int) -> HttpResponse:
    user = resident_of(request)
    groups = queries.get_groups(user)
    group = next((row for row in groups if row.pk == pk), None)
    if group is None:
        raise Http404
    links = [link for link in queries.get_links(user) if link.group_id == pk]
    refuge = next((row for row in groups if row.pk != pk), None)
    if request.method != "POST":
        return render(request, "billing/group_confirm_delete.html", {"group": group, "links": links, "refuge": refuge})
    try:
        refuge = operations.delete_account_group(user=user, group_id=pk)
    except AccountGroup.DoesNotExist as error:
        raise Http404 from error
    except operations.LastGroup as last:
        messages.warning(request, str(last))
        return redirect("billing:account_list")
    moved = f" Лицевые счета теперь в группе «{refuge.name}»." if links and refuge else ""
    messages.info(request, f"Группы «{group.name}» больше нет.{moved}")
    return redirect("billing:account_list")
