"""Opens a page in WebKitGTK: `webkit.py URL FOLDER`, under a display. The folder is where WebKit keeps its data."""

import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gtk, WebKit2  # noqa: E402

url, folder = sys.argv[1:]
manager = WebKit2.WebsiteDataManager(base_data_directory=folder, base_cache_directory=folder)
view = WebKit2.WebView(web_context=WebKit2.WebContext(website_data_manager=manager))
window = Gtk.Window()
window.add(view)
window.show_all()
view.load_uri(url)
Gtk.main()
