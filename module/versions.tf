terraform {
  required_version = ">= 1.8"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # Tested with 5.100. Nothing of what 6.0 removed is used, but it is untested with it.
      version = ">= 5.100, < 7.0"
    }

    trailhook = {
      source  = "trailhook/trailhook"
      version = "~> 0.1"
    }
  }
}
