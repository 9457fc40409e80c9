"""Place an order: take the goods out of the stock and write the order down, both or neither; then tell whoever wants to know."""

import json
import os

import boto3

dynamodb, sns = boto3.client("dynamodb"), boto3.client("sns")


class OutOfStock(Exception):
    pass


class NoSuchProduct(Exception):
    pass


def lambda_handler(event, context):
    product = dynamodb.get_item(TableName="products", Key={"sku": {"S": event["sku"]}}).get("Item")
    if product is None:
        raise NoSuchProduct(f"NotFound: no product {event['sku']}")
    order = {
        "order": event["order"],
        "customer": event["customer"],
        "sku": event["sku"],
        "quantity": event["quantity"],
        "cents": int(product["cents"]["N"]) * event["quantity"],
        "status": "placed",
    }
    take = {
        "TableName": "products",
        "Key": {"sku": {"S": order["sku"]}},
        "UpdateExpression": "SET stock = stock - :quantity",
        "ConditionExpression": "stock >= :quantity",
        "ExpressionAttributeValues": {":quantity": {"N": str(order["quantity"])}},
    }
    item = {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in order.items()}
    keep = {"TableName": "orders", "Item": item, "ConditionExpression": "attribute_not_exists(#order)",
            "ExpressionAttributeNames": {"#order": "order"}}  # fmt: skip
    try:
        dynamodb.transact_write_items(TransactItems=[{"Update": take}, {"Put": keep}])
    except dynamodb.exceptions.TransactionCanceledException as refusal:
        if refusal.response["CancellationReasons"][1]["Code"] == "ConditionalCheckFailed":
            return order  # placed before: the same answer, and nothing is taken twice
        raise OutOfStock(f"Conflict: only {product['stock']['N']} of {order['sku']} left") from None
    sns.publish(TopicArn=os.environ["TOPIC"], Message=json.dumps(order))
    return order
