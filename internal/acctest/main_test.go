package acctest_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider"
)

func TestMain(m *testing.M) { acctest.Main(m, provider.NewIn) }
