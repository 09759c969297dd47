"""A small API that the pages of two origins may call with cookies."""

import corsac
from fastapi import FastAPI, HTTPException, Response

app = FastAPI()
corsac.install(
    app,
    allow_origins=["https://app.example.com", "https://admin.example.com"],
    allow_methods=["PUT", "DELETE"],
    allow_headers=["Authorization"],
    allow_credentials=True,
    expose_headers=["X-Total-Count"],
    max_age=3600,
)

items = {1: "tea"}


@app.get("/items")
def list_items(response: Response) -> dict[int, str]:
    response.headers["X-Total-Count"] = str(len(items))
    return items


@app.get("/items/{number}")
def get_item(number: int) -> str:
    if number not in items:
        raise HTTPException(404, f"there is no item {number}")
    return items[number]


@app.put("/items/{number}")
def put_item(number: int, name: str = "coffee") -> str:
    items[number] = name
    return name


@app.get("/crash")
def crash() -> None:
    raise RuntimeError("a mistake in a handler")
