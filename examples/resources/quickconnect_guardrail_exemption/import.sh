# By id (exm_…), or by the name of the object where that has one exemption.
terraform import quickconnect_guardrail_exemption.archiver archiver
