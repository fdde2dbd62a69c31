"""Health check of the web container: exits with 0 when the portal is ready."""

import http.client
import os
import sys

# The portal answers only to the names it is known by.
name = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip()
connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=5)
connection.request("GET", "/readyz", headers={"Host": name})
sys.exit(connection.getresponse().status != http.client.OK)
