package acctest_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
)

func TestMain(m *testing.M) { acctest.Main(m) }
