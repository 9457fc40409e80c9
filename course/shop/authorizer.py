"""Who may order: the bearer of a token that login wrote."""

import tokens


def lambda_handler(event, context):
    customer = tokens.read(event["authorizationToken"].removeprefix("Bearer "))
    if customer is None:
        raise Exception("Unauthorized")
    # The answer is kept for all methods of the stage, so it names them all and not only the one that was called.
    stage = "/".join(event["methodArn"].split("/")[:2])
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": f"{stage}/*"}
    return {
        "principalId": customer,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"customer": customer},
    }
