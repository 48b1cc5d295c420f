terraform {
  required_version = ">= 1.8"

  required_providers {
    trailhook = {
      source  = "trailhook/trailhook"
      version = "~> 0.1"
    }
  }
}

provider "trailhook" {
  # Where the function looks for its rules: its environment variable TRAILHOOK_NAMESPACE.
  namespace = "/trailhook/prod"
  region    = "eu-central-1"

  default_tags {
    tags = {
      team       = "security"
      managed-by = "terraform"
    }
  }
}
