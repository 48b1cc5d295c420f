//! The Lambda function's executable. Lambda wants it to be called `bootstrap`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    trailhook_runtime::lambda::serve().await
}
