package provider

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// The blocks of a configuration.
const (
	BlockResource  = "resource"
	BlockData      = "data"
	BlockList      = "list"
	BlockEphemeral = "ephemeral"
	BlockAction    = "action"
)

// Need says which roles a block needs: the least ones. Each of them is enough, and so is a role that includes one.
type Need struct {
	Block, Type string
	// Granted is the role that a workload identity has: who may write it depends on that. Empty elsewhere.
	Granted string
	// Plan, Apply and Destroy are nil where there is no such thing.
	Plan, Apply, Destroy []string
}

// Enough reports whether a role is one of the least roles, or includes one.
func Enough(role string, least []string) bool {
	return slices.ContainsFunc(least, func(l string) bool { return api.Includes(role, l) })
}

// Needs lists what everything needs that the provider has. It fails for a resource of which no kind says who writes it.
func Needs(ctx context.Context) ([]Need, error) {
	p := &quickconnect{}
	needs, err := needsOfResources(ctx, p)
	for _, made := range p.DataSources(ctx) {
		var resp datasource.MetadataResponse
		made().Metadata(ctx, datasource.MetadataRequest{ProviderTypeName: typePrefix}, &resp)
		needs = append(needs, reading(BlockData, resp.TypeName))
	}
	for _, made := range p.ListResources(ctx) {
		var resp resource.MetadataResponse
		made().Metadata(ctx, resource.MetadataRequest{ProviderTypeName: typePrefix}, &resp)
		needs = append(needs, reading(BlockList, resp.TypeName))
	}
	for _, made := range p.EphemeralResources(ctx) {
		var resp ephemeral.MetadataResponse
		made().Metadata(ctx, ephemeral.MetadataRequest{ProviderTypeName: typePrefix}, &resp)
		least := api.LeastRoles(api.PermissionRead, api.PermissionReveal) // whatever is run opens it
		needs = append(needs, Need{Block: BlockEphemeral, Type: resp.TypeName, Plan: least, Apply: least, Destroy: least})
	}
	for _, made := range p.Actions(ctx) {
		var resp action.MetadataResponse
		one := made()
		one.Metadata(ctx, action.MetadataRequest{ProviderTypeName: typePrefix}, &resp)
		needing, ok := one.(interface{ Permission() string })
		if !ok {
			return nil, fmt.Errorf("%s does not say which permission it needs", resp.TypeName)
		}
		least := api.LeastRoles(needing.Permission())
		needs = append(needs, Need{Block: BlockAction, Type: resp.TypeName, Plan: least, Apply: least})
	}
	return needs, err
}

func needsOfResources(ctx context.Context, p *quickconnect) (needs []Need, err error) {
	kinds := map[string]api.Kind{}
	for _, k := range append(api.Kinds(), api.GoverningKinds()...) {
		kinds[k.Terraform] = k
	}
	for _, made := range p.Resources(ctx) {
		var resp resource.MetadataResponse
		made().Metadata(ctx, resource.MetadataRequest{ProviderTypeName: typePrefix}, &resp)
		kind, ok := kinds[resp.TypeName]
		if !ok {
			return nil, fmt.Errorf("%s is of no kind", resp.TypeName)
		}
		least := api.LeastRoles(api.PermissionRead, kind.WritePermission())
		need := Need{
			Block: BlockResource, Type: resp.TypeName, Plan: api.LeastRoles(api.PermissionRead), Apply: least, Destroy: least,
		}
		var grants []string
		switch kind {
		case api.WorkloadIdentities:
			grants = api.Roles()
		case api.RoleBindings:
			grants = api.PersonRoles()
		default:
			needs = append(needs, need)
		}
		for _, granted := range grants {
			need.Granted = granted
			need.Apply = slices.DeleteFunc(slices.Clone(least), func(by string) bool { return !api.MayGrant(by, granted) })
			need.Destroy = need.Apply
			needs = append(needs, need)
		}
	}
	return needs, nil
}

// reading is the need of what reads, and is read again by every command. Who calls may be asked without a permission.
func reading(block, typeName string) Need {
	least := api.LeastRoles(api.PermissionRead)
	if typeName == typePrefix+"_identity" {
		least = api.LeastRoles()
	}
	return Need{Block: block, Type: typeName, Plan: least, Apply: least, Destroy: least}
}
