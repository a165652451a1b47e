from hubs.models.hub import Hub, HubManager, HubOperator

__all__ = ["Hub", "HubManager", "HubOperator"]
