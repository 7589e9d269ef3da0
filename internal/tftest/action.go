package tftest

import (
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// PlanAction asks for the plan of an action, as Terraform 1.14 does before it runs one.
func (tf *Terraform) PlanAction(name string, c Config) Diags {
	tf.t.Helper()
	server, config := tf.action(name, c)
	valid, err := server.ValidateActionConfig(tf.t.Context(),
		&tfprotov6.ValidateActionConfigRequest{ActionType: name, Config: config})
	if err != nil {
		tf.t.Fatal(err)
	}
	if d := Diags(valid.Diagnostics); d.Errors() != "" {
		return d
	}
	planned, err := server.PlanAction(tf.t.Context(), &tfprotov6.PlanActionRequest{ActionType: name, Config: config})
	if err != nil {
		tf.t.Fatal(err)
	}
	return planned.Diagnostics
}

// Invoke runs an action and returns what it has shown, a line each.
func (tf *Terraform) Invoke(name string, c Config) (shown string, d Diags) {
	tf.t.Helper()
	server, config := tf.action(name, c)
	stream, err := server.InvokeAction(tf.calls, &tfprotov6.InvokeActionRequest{ActionType: name, Config: config})
	if err != nil {
		tf.t.Fatal(err)
	}
	for event := range stream.Events {
		switch e := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			shown += e.Message + "\n"
		case tfprotov6.CompletedInvokeActionEventType:
			d = e.Diagnostics
		}
	}
	return shown, d
}

func (tf *Terraform) action(name string, c Config) (tfprotov6.ActionServer, *tfprotov6.DynamicValue) {
	tf.t.Helper()
	server, ok := tf.server.(tfprotov6.ActionServer)
	schema := tf.all.ActionSchemas[name]
	if !ok || schema == nil {
		tf.t.Fatalf("the provider has no action %s", name)
	}
	return server, Dynamic(tf.t, Value(schema.Schema.ValueType(), c))
}
