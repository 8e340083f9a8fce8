package kubelet

import (
	"strconv"
	"strings"
	"time"
)

// images of this host tell in their name what their containers do: fake.test/BEHAVIOUR[:ARGUMENT].
const images = "fake.test/"

// behaviour is what a container does. Any image outside `images` is at its best at once: ready where its Pod
// goes on, done without an error where it ends.
type behaviour struct {
	missing    bool          // missing: the image cannot be pulled
	crashes    bool          // crash, crash:CODE: it ends with an error, again and again if it is restarted
	code       int32         //
	slow       time.Duration // slow:DURATION: it is ready, or done, that much and up to a second later
	stuck      bool          // stuck: it runs, and gets neither ready nor done
	unkillable bool          // unkillable: it does not end when its Pod is deleted
}

func behaviourOf(image string) behaviour {
	name, found := strings.CutPrefix(image, images)
	if !found {
		return behaviour{}
	}
	name, argument, _ := strings.Cut(name, ":")
	switch name {
	case "missing":
		return behaviour{missing: true}
	case "crash":
		code, err := strconv.ParseInt(argument, 10, 32)
		if err != nil {
			code = 1
		}
		return behaviour{crashes: true, code: int32(code)}
	case "slow":
		duration, err := time.ParseDuration(argument)
		if err != nil {
			duration = time.Second
		}
		return behaviour{slow: duration}
	case "stuck":
		return behaviour{stuck: true}
	case "unkillable":
		return behaviour{unkillable: true}
	}
	return behaviour{}
}
