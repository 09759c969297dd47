SECRET_KEY = "only for the example"  # noqa: S105
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"

INSTALLED_APPS = ["corsac.django", "django.contrib.sessions"]
MIDDLEWARE = [
    "corsac.django.CorsacMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
CORSAC = {
    "allow_origins": ["https://app.example.com", "https://admin.example.com"],
    "allow_methods": ["PUT", "DELETE"],
    "allow_headers": ["Authorization", "X-CSRFToken"],
    "allow_credentials": True,
    "expose_headers": ["X-Total-Count"],
    "max_age": 3600,
}

# Django has its own list of the pages that may write.
CSRF_TRUSTED_ORIGINS = ["https://app.example.com", "https://admin.example.com"]
# Browsers send these two cookies with requests from pages of other sites too.
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "None"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
