"""PartiQL for DynamoDB: a statement is read, and becomes the request of an item operation, which is carried out, metered and throttled as such.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
"""
