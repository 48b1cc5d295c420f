terraform {
  required_version = ">= 1.8"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # Tested with 5.100; 6.x is admitted, and untested.
      version = ">= 5.100, < 7.0"
    }

    trailhook = {
      source  = "trailhook/trailhook"
      version = "~> 0.1"
    }
  }
}
