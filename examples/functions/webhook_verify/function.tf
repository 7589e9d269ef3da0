locals {
  # A delivery as the receiver got it. Header names may have any case.
  delivery = {
    headers = {
      "webhook-id"        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
      "webhook-timestamp" = "1614265330"
      "webhook-signature" = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    }
    body        = "{\"test\": 2432232314}"
    received_at = "2021-02-25T15:02:12Z"
  }

  # The receiver's secrets during a rotation: the old one and the new one. These two are public examples. Take your own from
  # an ephemeral resource or a sensitive variable.
  secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"]
}

# Every plan warns if the receiver would refuse the delivery.
check "receiver_accepts_the_delivery" {
  assert {
    condition = provider::quickconnect::webhook_verify(
      local.secrets,
      local.delivery.headers,
      local.delivery.body,
      local.delivery.received_at,
      "5m",
    )
    error_message = "The delivery is not signed with a secret that the receiver knows, or its timestamp is more than 5 minutes away."
  }
}
