"""What every HTTP door uses: problems, authentication, request context, health."""
