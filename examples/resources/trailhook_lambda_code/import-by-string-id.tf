import {
  to = trailhook_lambda_code.function
  id = "trailhook-code-20260203/trailhook/bootstrap.zip"
}
