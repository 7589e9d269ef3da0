# Jobs of one repository that run in its environment "production". The ids are those of the owner and the repository:
# gh api repos/ORG/REPO --jq '.owner.id, .id'
resource "quickconnect_workload_identity" "deploy" {
  name     = "deploy"
  owner    = "team-platform"
  role     = "deployer"
  preset   = "github_actions"
  audience = "https://quickconnect.example.com/acme/production"
  claims = {
    repository_owner_id = "1042"
    repository_id       = "730912"
    environment         = "production"
  }
}

# HCP Terraform: a plan may read, and only an apply may change something.
resource "quickconnect_workload_identity" "hcp" {
  for_each = { plan = "planner", apply = "deployer" }

  name     = "hcp-${each.key}"
  owner    = "team-platform"
  role     = each.value
  preset   = "hcp_terraform"
  audience = "https://quickconnect.example.com/acme/production"
  claims = {
    terraform_organization_id = "org-GRNbCjYNpBB6NEBH"
    terraform_workspace_id    = "ws-mbsd5E3Ktt5Rg2Xm"
    terraform_run_phase       = each.key
  }
}

# Pods of one service account in a cluster whose issuer the platform cannot reach: the keys are uploaded, as
# kubectl get --raw /openid/v1/jwks shows them.
resource "quickconnect_workload_identity" "notifier" {
  name     = "notifier"
  owner    = "team-messaging"
  role     = "runtime"
  preset   = "kubernetes"
  issuer   = "https://kubernetes.default.svc.cluster.local"
  audience = "quickconnect"
  claims = {
    "[kubernetes.io].namespace"           = "messaging"
    "[kubernetes.io].serviceaccount.name" = "notifier"
  }
  max_ttl       = "5m"
  allowed_cidrs = ["198.51.100.0/24"]
  jwks = jsonencode({
    keys = [{
      kty = "EC"
      kid = "2026-07"
      use = "sig"
      crv = "P-256"
      x   = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
      y   = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
    }]
  })
}
