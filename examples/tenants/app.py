"""A service whose tenants bring their own domains: 100,000 of them, in a database.

Start it with `python examples/tenants/app.py`, then

    curl -i -H 'Origin: https://shop-31337.example' http://127.0.0.1:4110/api/hello
    curl -i -H 'Origin: https://evil.example' http://127.0.0.1:4110/api/hello
"""

import os
from pathlib import Path

import uvicorn
from corsac import CORSMiddleware, PredicateCache
from domains import Domains, fill
from fastapi import FastAPI

DATABASE = Path(os.environ.get("TENANTS_DB", Path(__file__).with_name("tenants.db")))
TENANTS = 100_000
if not DATABASE.exists():
    fill(DATABASE, (f"shop-{number}.example" for number in range(TENANTS)))

domains = Domains(DATABASE)
# Empty it, with remembered.clear(), when a tenant is removed. Otherwise its pages can read for up to a minute more.
remembered = PredicateCache(size=200_000, ttl=float(os.environ.get("TENANTS_TTL", "60")))


async def is_tenants(origin: str) -> bool:
    """Whether the page belongs to a tenant: over TLS, on the default port, on a domain that is in the table."""
    scheme, _, host = origin.partition("://")
    return scheme == "https" and await domains.tenant_of(host) is not None


api = FastAPI()


@api.get("/api/hello")
async def hello() -> dict[str, str]:
    return {"message": "hello"}


@api.post("/api/orders")
async def order() -> dict[str, str]:
    return {"order": "taken"}


@api.get("/statistics")
async def statistics() -> dict[str, int]:
    return {"questions": domains.questions}


app = CORSMiddleware(
    api,
    allow_origins=["https://app.example.com"],
    allow_origin=is_tenants,
    predicate_timeout=1,
    predicate_cache=remembered,
    allow_credentials=True,
    protection={"writes": "reject"},
)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORT", "4110")))
