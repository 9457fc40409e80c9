"""Write the invoice of an order that was placed, and mail it to the customer."""

import json

import boto3

mail = boto3.client("ses")


def lambda_handler(event, context):
    for record in event["Records"]:
        order = json.loads(record["Sns"]["Message"])
        text = f"{order['quantity']} x {order['sku']}: R$ {order['cents'] / 100:.2f}"
        mail.send_email(
            Source="loja@example.com",
            Destination={"ToAddresses": [order["customer"]]},
            Message={"Subject": {"Data": f"Order {order['order']}"}, "Body": {"Text": {"Data": text}}},
        )
