from ninja import NinjaAPI

api = NinjaAPI(title="Training status", version="1.0.0", urls_namespace="api")
