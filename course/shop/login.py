"""Loja's door: an e-mail address and a password for a token."""

import hashlib
import hmac
import json

import boto3
import tokens

customers = boto3.resource("dynamodb").Table("customers")


def lambda_handler(event, context):
    asked = json.loads(event["body"])
    customer = customers.get_item(Key={"email": asked["email"]}).get("Item")
    salt = customer["salt"] if customer else ""
    given = hashlib.scrypt(asked["password"].encode(), salt=salt.encode(), n=2**12, r=8, p=1).hex()
    if not customer or not hmac.compare_digest(given, customer["password"]):
        return {"statusCode": 401, "body": json.dumps({"message": "wrong e-mail or password"})}
    return {"statusCode": 200, "body": json.dumps({"token": tokens.write(asked["email"])})}
