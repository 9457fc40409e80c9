"""A local AWS in one process on 127.0.0.1: moto keeps the state, our data planes make it behave.

``server`` puts the parts together. Nothing here knows of lessons, labs or grades.

moto reads its settings from the environment, some of them only once, when it is imported. They are set here, before
any module of this room imports it: AWS's managed policies exist, a bucket of another account is closed, and web pages of
other origins get no permission to call the server.
"""

import os

os.environ.update(
    MOTO_IAM_LOAD_MANAGED_POLICIES="true",
    MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS="false",
    MOTO_DISABLE_GLOBAL_CORS="true",
)
for _name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "MOTO_ACCOUNT_ID"):
    os.environ.pop(_name, None)
