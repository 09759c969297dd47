"""A small API that the pages of two origins may call with cookies."""

from corsac.wsgi import CORSMiddleware
from flask import Flask, abort, jsonify, request

app = Flask(__name__)
app.wsgi_app = CORSMiddleware(
    app.wsgi_app,
    allow_origins=["https://app.example.com", "https://admin.example.com"],
    allow_methods=["PUT", "DELETE"],
    allow_headers=["Authorization"],
    allow_credentials=True,
    expose_headers=["X-Total-Count"],
    max_age=3600,
)

items = {1: "tea"}


@app.get("/items")
def list_items():
    response = jsonify(items)
    response.headers["X-Total-Count"] = len(items)
    return response


@app.get("/items/<int:number>")
def get_item(number):
    return items.get(number) or abort(404)


@app.put("/items/<int:number>")
def put_item(number):
    items[number] = request.args.get("name", "coffee")
    return items[number]


@app.get("/crash")
def crash():
    raise RuntimeError("a mistake in a handler")
