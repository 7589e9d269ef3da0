# By id (rbd_…), or by the group or the e-mail address where that has one role binding.
terraform import quickconnect_role_binding.on_call on-call
