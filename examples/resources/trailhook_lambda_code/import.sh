# By the bucket and the key.
terraform import trailhook_lambda_code.function trailhook-code-20260203/trailhook/bootstrap.zip
