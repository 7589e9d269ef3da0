# The published example of Standard Webhooks. This secret is public. Take your own from an ephemeral resource or a sensitive
# variable; the signature is then ephemeral or sensitive too.
output "signature" {
  value = provider::quickconnect::webhook_sign(
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", # secret
    "msg_p5jXN8AQM9LWM0D4loKWxJek",           # header webhook-id
    1614265330,                               # header webhook-timestamp
    "{\"test\": 2432232314}",                 # body
  )
}

# In terraform console:
#
#   > provider::quickconnect::webhook_sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}")
#   "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
