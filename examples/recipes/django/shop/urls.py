"""The API. It does not know about CORS."""

from django.http import Http404, JsonResponse
from django.middleware.csrf import get_token
from django.urls import path

items = {1: "tea"}


def list_items(request):
    return JsonResponse(items, headers={"X-Total-Count": str(len(items))})


def item(request, number):
    if request.method == "PUT":
        items[number] = request.GET.get("name", "coffee")
    if number not in items:
        raise Http404
    return JsonResponse(items[number], safe=False)


def token(request):
    """The token that a page sends with each write, in `X-CSRFToken`. A page cannot read the cookie of another site."""
    return JsonResponse({"token": get_token(request)})


def crash(request):
    raise RuntimeError("a mistake in a view")


urlpatterns = [
    path("items", list_items),
    path("items/<int:number>", item),
    path("token", token),
    path("crash", crash),
]
