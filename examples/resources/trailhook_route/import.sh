# By the route's name.
terraform import trailhook_route.security security
