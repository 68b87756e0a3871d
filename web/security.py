"""The token, as the description of the API tells of it. Whether it is right was seen to by the guard."""

from fastapi import Depends
from fastapi.security import HTTPBearer

_token = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="QUXUN_API_TOKEN. Where none is set, this machine needs none and no other may change anything.",
)

#: A dependency of what changes something.
MAY_CHANGE = Depends(_token)
