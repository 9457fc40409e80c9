"""Loja's catalogue: one product, or all of them."""

import json

import boto3

products = boto3.resource("dynamodb").Table("products")


def answer(status, body):
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}


def shown(item):
    return {"sku": item["sku"], "name": item["name"], "cents": int(item["cents"]), "stock": int(item["stock"])}


def lambda_handler(event, context):
    sku = (event["pathParameters"] or {}).get("sku")
    if sku is None:
        return answer(200, sorted(map(shown, products.scan()["Items"]), key=lambda item: item["sku"]))
    item = products.get_item(Key={"sku": sku}).get("Item")
    return answer(200, shown(item)) if item else answer(404, {"message": f"no product {sku}"})
