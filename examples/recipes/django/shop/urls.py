"""The API. It does not know about CORS."""

from django.http import Http404, JsonResponse
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


def crash(request):
    raise RuntimeError("a mistake in a view")


urlpatterns = [path("items", list_items), path("items/<int:number>", item), path("crash", crash)]
