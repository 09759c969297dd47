import os

from corsac.wsgi import CORSMiddleware
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")

application = CORSMiddleware(
    get_wsgi_application(),
    allow_origins=["https://app.example.com", "https://admin.example.com"],
    allow_methods=["PUT", "DELETE"],
    allow_headers=["Authorization", "X-CSRFToken"],
    allow_credentials=True,
    expose_headers=["X-Total-Count"],
    max_age=3600,
)
