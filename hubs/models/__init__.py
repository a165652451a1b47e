from hubs.models.hub import Hub, HubOperator

__all__ = ["Hub", "HubOperator"]
